"""Host objects of an internal link, as they are added to the objects, and the archives that complete them."""

from __future__ import annotations

import os

from goweld.codec.elf_object_kernel import CorruptElf, ElfObject, UnknownRelocation
from goweld.errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.libraries import HostObject
    from goweld.model.objects_kernel import Objects

ELF = b"\x7fELF"


class HostObjects:
    """Adds host objects to `objects`, which have room for them.  `added` are those there are so far.

    `directory`: where to save them, if anywhere; `said` tells what was.
    """

    def __init__(self, objects: Objects, arch: Arch, directory: str) -> None:
        self.objects = objects
        self.arch = arch
        self.directory = directory
        self.said: list[str] = []
        self.added: list[HostObject] = []

    def add_all(self, hosts: list[HostObject]) -> None:
        """Read and add those of the packages; all are saved, also where one cannot be read."""
        for host in hosts:
            self.capture(host)
        for host in hosts:
            self.read(host)

    def add(self, host: HostObject) -> int:
        """Save, read and add one; its index among the objects."""
        self.capture(host)
        return self.read(host)

    def read(self, host: HostObject) -> int:
        if not host.known:
            raise LinkError(f"{host.name}: unrecognized object file format", prefixed=False)
        if host.source.read(host.start, 4) != ELF:
            raise LinkError(f"{host.name}: not an ELF object, which linking internally takes", prefixed=False)
        try:
            elf = ElfObject(
                host.source,
                host.start,
                host.size,
                host.name,
                host.package,
                self.arch.elf_machine,
                self.arch.name,
                self.arch.host_relocations,
            )
            index = self.objects.add_host(elf, host.name)
        except UnknownRelocation as error:
            raise LinkError(str(error), prefixed=False) from None
        except CorruptElf as error:
            raise LinkError(f"loadelf: {host.name}: {error}", prefixed=False) from None
        self.added.append(host)
        return index

    def capture(self, host: HostObject) -> None:
        """Save a host object, and what is known of it (ld.captureHostObj)."""
        if not self.directory:
            return
        base = os.path.join(self.directory, f"captured-obj-{len(self.said)}")
        path = host.source.path
        about = f"pkg: {host.package}\npn: {host.name}\nfile: {path}\noff: {host.start}\nlen: {host.size}\n"
        content = host.source.read(host.start, host.size)
        for name, what, data in (
            (base + ".txt", "error writing captured host obj info", os.fsencode(about)),
            (base + ".o", "error writing captured host object", content),
        ):
            try:
                with open(name, "wb") as file:
                    file.write(data)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise LinkError(f"{what} {name}: open {name}: {reason}", status=1) from None
        self.said.append(f"link: info: captured host object {path} to {base}.o")
