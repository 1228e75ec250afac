"""Host objects of an internal link, as they are added to the objects, and the archives that complete them."""

from __future__ import annotations

from goweld.codec.elf_object_kernel import CorruptElf, ElfObject
from goweld.errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.libraries import HostObject
    from goweld.model.objects_kernel import Objects

ELF = b"\x7fELF"


class HostObjects:
    """Adds host objects to `objects`, which have room for them.  `added` are those there are so far."""

    def __init__(self, objects: Objects, arch: Arch) -> None:
        self.objects = objects
        self.arch = arch
        self.added: list[HostObject] = []

    def add_all(self, hosts: list[HostObject]) -> None:
        """Read and add those of the packages."""
        for host in hosts:
            self.add(host)

    def add(self, host: HostObject) -> int:
        """Read and add one; its index among the objects."""
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
        except CorruptElf as error:
            # A relocation's type is refused in the object's name alone (loadelf.relSize).
            known = str(error).startswith(f"{host.name}: ")
            raise LinkError(f"{'' if known else f'loadelf: {host.name}: '}{error}", prefixed=False) from None
        self.added.append(host)
        return index
