"""Does a link go to the host linker when it goes there with go tool link?"""

from __future__ import annotations

import pytest

from goweld.errors import LinkError
from goweld.model.libraries import HostObject, Libraries, Library
from goweld.model.options import Options
from goweld.objects.linkmode import decide

NO_SOURCE = None


def libraries(*packages: str, hosts: tuple[str, ...] = ()) -> Libraries:
    found = Libraries()
    for package in packages:
        found.by_package[package] = Library(package, "", "", bytes(8))
    for package in hosts:
        found.host_objects.append(HostObject(package, f"{package}.a(x.o)", NO_SOURCE, 0, 4, True))  # type: ignore[arg-type]
    return found


def external(found: Libraries, environ: dict[str, str] | None = None, **settings: object) -> bool:
    options = Options()
    for name, value in settings.items():
        setattr(options, name, value)
    return decide(options, found, environ or {}).external


def test_host_objects_of_known_packages_are_linked_internally() -> None:
    assert not external(libraries("main", "runtime/cgo", "net", hosts=("runtime/cgo", "net")))
    assert external(libraries("main", "runtime/cgo", hosts=("main", "runtime/cgo")))


def test_without_cgo_foreign_host_objects_stay_internal() -> None:
    assert not external(libraries("main", hosts=("main",)))


def test_a_package_prefers_the_host_linker() -> None:
    found = libraries("main", "runtime/cgo", hosts=("runtime/cgo",))
    found.prefer_external.append("main")
    assert external(found)
    assert not external(found, linkmode="internal")
    assert external(found, linkmode="external")


@pytest.mark.parametrize(("value", "expected"), [("0", False), ("1", True), ("", True), ("yes", True)])
def test_the_environment_decides_in_auto_mode(value: str, expected: bool) -> None:
    found = libraries("main", "runtime/cgo", hosts=("main",))
    assert external(found, {"GO_EXTLINK_ENABLED": value}) is expected
    assert external(found, {"GO_EXTLINK_ENABLED": "0"}, linkmode="external")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"msan": True}, "msan"),
        ({"asan": True}, "asan"),
        ({"buildmode": "c-archive"}, "buildmode=c-archive"),
        ({"buildmode": "c-shared"}, "buildmode=c-shared"),
        ({"buildmode": "plugin"}, "buildmode=plugin"),
        ({"buildmode": "shared"}, "buildmode=shared"),
        ({"linkshared": True}, "dynamically linking with a shared library"),
    ],
)
def test_what_only_the_host_linker_can_do(settings: dict[str, object], reason: str) -> None:
    found = libraries("main", "runtime/cgo")
    assert external(found, **settings)
    with pytest.raises(LinkError) as raised:
        external(found, linkmode="internal", **settings)
    assert str(raised.value) == f"internal linking requested but external linking required: {reason}"
    assert raised.value.status == 2
    with pytest.raises(LinkError, match="requested via GO_EXTLINK_ENABLED but"):
        external(found, {"GO_EXTLINK_ENABLED": "0"}, **settings)


def test_packages_whose_dynamic_imports_are_unknown() -> None:
    found = libraries("main", "runtime/cgo", "a", "b")
    found.without_imports += ["a", "b"]
    assert external(found)
    with pytest.raises(LinkError, match=r"support internal linking \(\[a b\]\)"):
        external(found, linkmode="internal")


def test_why_is_said() -> None:
    found = libraries("main", "runtime/cgo")
    found.prefer_external.append("main")
    external(found, verbose=2, buildmode="plugin")
    assert found.said == [
        "external linking is forced by: buildmode=plugin",
        "external linking prefer list is [main]",
    ]
