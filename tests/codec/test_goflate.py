"""Both deflate encoders against Go's own, on input made up to reach every way a block can be written."""

from __future__ import annotations

import functools
import os
import random
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from goweld.codec import goflate126_kernel, goflate_kernel
from tests import toolchain

BLOCK = 65535
PROGRAM = """package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"os"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Reads data of given lengths, and writes each compressed, with its length before it.
func main() {
	in, err := os.ReadFile(os.Args[1])
	check(err)
	out, err := os.Create(os.Args[2])
	check(err)
	for len(in) > 0 {
		n := binary.LittleEndian.Uint64(in)
		var buf bytes.Buffer
		z, err := zlib.NewWriterLevel(&buf, zlib.BestSpeed)
		check(err)
		_, err = io.Copy(z, bytes.NewReader(in[8:8+n]))
		check(err)
		check(z.Close())
		in = in[8+n:]
		check(binary.Write(out, binary.LittleEndian, uint64(buf.Len())))
		_, err = out.Write(buf.Bytes())
		check(err)
	}
	check(out.Close())
}
"""

Compress = Callable[..., bytes]


@functools.cache
def older_goroot() -> Path | None:
    """GOROOT of the go command on PATH, if it is a release with the older encoder."""
    go = shutil.which("go")
    if go is None:
        return None
    environment = {name: value for name, value in os.environ.items() if name != "GOROOT"}
    answer = subprocess.run(
        [go, "env", "GOVERSION", "GOROOT"],
        env=environment | {"GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
    )
    version, _, root = answer.stdout.strip().partition("\n")
    return Path(root) if re.match(r"go1\.2[1-6]\b", version) else None


class Encoder:
    """One of ours, and Go's that it must agree with."""

    def __init__(self, compress: Compress, goroot: Path, directory: Path) -> None:
        self.compress = compress
        self.directory = directory
        self.program = directory / "deflate"
        (directory / "main.go").write_text(PROGRAM)
        subprocess.run(
            [str(goroot / "bin" / "go"), "build", "-o", str(self.program), "main.go"],
            cwd=directory,
            env=toolchain.go_environment(),
            check=True,
        )

    def reference(self, inputs: list[bytes]) -> Iterator[bytes]:
        """What Go makes of each."""
        sent, received = self.directory / "in", self.directory / "out"
        sent.write_bytes(b"".join(struct.pack("<Q", len(data)) + data for data in inputs))
        subprocess.run([str(self.program), str(sent), str(received)], check=True)
        answer = received.read_bytes()
        at = 0
        while at < len(answer):
            (size,) = struct.unpack_from("<Q", answer, at)
            yield answer[at + 8 : at + 8 + size]
            at += 8 + size

    def check(self, inputs: dict[str, bytes]) -> None:
        different = [
            name
            for (name, data), expected in zip(
                inputs.items(), self.reference(list(inputs.values())), strict=True
            )
            if self.compress(data) != expected
        ]
        assert not different


@pytest.fixture(scope="module", params=["1.27", "1.26"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    directory = tmp_path_factory.mktemp("deflate")
    if request.param == "1.27":
        return Encoder(goflate_kernel.compress, toolchain.goroot(), directory)
    root = older_goroot()
    if root is None:
        print("NOT RUN: the encoder of Go 1.21 to 1.26, for want of such a go command on PATH")
        pytest.skip("no Go 1.21 to 1.26 on PATH")
    return Encoder(goflate126_kernel.compress, root, directory)


def noise(rng: random.Random, n: int) -> bytes:
    return rng.randbytes(n)


def letters(rng: random.Random, n: int) -> bytes:
    """Few different bytes, so everything matches something."""
    return bytes(rng.choices(b"ab", k=n))


def skewed(rng: random.Random, n: int) -> bytes:
    """Frequencies that grow so fast that a Huffman code would be longer than deflate allows."""
    weights = [1.618**i for i in range(24)]
    return bytes(rng.choices(range(24), weights, k=n))


def bell(rng: random.Random, n: int) -> bytes:
    """Bytes that have short codes and long ones, with hardly a match."""
    spread = rng.choice((8.0, 20.0, 40.0, 60.0))
    return bytes(int(rng.gauss(128, spread)) & 255 for _ in range(n))


def runs(rng: random.Random, n: int) -> bytes:
    parts = []
    while n > 0:
        size = min(n, rng.choice((1, 3, 4, 5, 257, 258, 259, 260, 261, 262, 263, 516, 517, 5000)))
        parts.append(bytes([rng.randrange(256)]) * size)
        n -= size
    return b"".join(parts)


def repeats(rng: random.Random, n: int) -> bytes:
    """Copies from as far back as a match may reach, and a little farther."""
    data = bytearray(rng.randbytes(min(n, 600)))
    while len(data) < n:
        distance = min(
            len(data), rng.choice((1, 2, 3, 4, 7, 8, 300, 5000, 32766, 32767, 32768, 32769, 40000))
        )
        size = rng.choice((4, 5, 6, 7, 8, 9, 15, 30, 258, 259, 261, 262, 3000))
        for _ in range(size):
            data.append(data[-distance])
        data += rng.randbytes(rng.choice((0, 0, 1, 2, 3, 17, 40, 300)))
    return bytes(data[:n])


def words(rng: random.Random, n: int) -> bytes:
    vocabulary = [rng.randbytes(rng.randrange(2, 12)) for _ in range(rng.choice((5, 40, 700)))]
    return b"".join(rng.choices(vocabulary, k=n // 2 + 1))[:n]


def numbers(rng: random.Random, n: int) -> bytes:
    """Like addresses: what is the same stands at the same place."""
    start, step = rng.randrange(1 << 40), rng.choice((1, 8, 1000, 70000))
    return b"".join(struct.pack("<Q", start + step * i + rng.randrange(step)) for i in range(n // 8 + 1))[:n]


def nearly(rng: random.Random, n: int) -> bytes:
    """Noise with just enough matches, or just too few."""
    data = bytearray(rng.randbytes(n))
    for _ in range(n // rng.choice((60, 90, 120, 170, 400))):
        size = rng.randrange(4, 16)
        if n > 2 * size:
            to = rng.randrange(size, n - size)
            source = rng.randrange(max(0, to - 32768), to)
            data[to : to + size] = data[source : source + size]
    return bytes(data[:n])


KINDS = (noise, letters, skewed, bell, runs, repeats, words, numbers, nearly)


def mixed(rng: random.Random, n: int) -> bytes:
    """Stretches of different kinds, some as long as blocks: what a block says shows in the next."""
    parts = []
    while n > 0:
        size = min(n, rng.choice((100, 3000, 20000, BLOCK, BLOCK, 2 * BLOCK, rng.randrange(1, BLOCK))))
        parts.append(rng.choice(KINDS)(rng, size))
        n -= size
    return b"".join(parts)


def test_small(encoder: Encoder) -> None:
    rng = random.Random(1)
    inputs = {"empty": b"", "a byte": b"x"}
    for size in (*range(2, 40), 100, 126, 127, 128, 129, 130, 141, 250, 300):
        for kind in KINDS:
            inputs[f"{kind.__name__} {size}"] = kind(rng, size)
        inputs[f"zeros {size}"] = bytes(size)
    encoder.check(inputs)


def test_borders(encoder: Encoder) -> None:
    """Around the ends of blocks, where the last is short, full, or too short to look for matches."""
    rng = random.Random(2)
    inputs = {}
    for blocks in (1, 2, 3, 5):
        for more in (-129, -12, -1, 0, 1, 11, 12, 13, 16, 17, 32, 33, 127, 128, 129, 32768):
            kind = rng.choice((*KINDS, mixed))
            inputs[f"{kind.__name__} {blocks} {more:+}"] = kind(rng, blocks * BLOCK + more)
            inputs[f"zeros {blocks} {more:+}"] = bytes(blocks * BLOCK + more)
    encoder.check(inputs)


@pytest.mark.parametrize("kind", [*KINDS, mixed], ids=lambda kind: kind.__name__)
def test_lengths(encoder: Encoder, kind: Callable[[random.Random, int], bytes]) -> None:
    rng = random.Random(kind.__name__)
    sizes = [rng.randrange(300 << 10) for _ in range(12)] + [rng.randrange(9000) for _ in range(40)]
    encoder.check({f"{kind.__name__} {size}": kind(rng, size) for size in sizes})


def test_codes_at_hand(encoder: Encoder) -> None:
    """The last block is short, and the codes of the one before know its bytes, but do not suit them."""
    rng = random.Random(5)
    inputs = {}
    for fresh in (30, 80, 150, 220, 400):
        for old in (10, 50, 100, 400):
            data = bytearray(range(256))
            while len(data) < BLOCK:
                data += bytes(rng.choices(b"ab", k=rng.randrange(3, 60)))
                if rng.random() < 0.03:
                    distance = min(len(data), 1 << rng.randrange(16))
                    for _ in range(rng.randrange(4, 30)):
                        data.append(data[-distance])
                    data.append(rng.randrange(256))
            tail = rng.randbytes(fresh)
            block = bytes(data[:BLOCK])
            inputs[f"copied {fresh} {old}"] = block + tail + block[60000:][:old]
            inputs[f"twice {fresh} {old}"] = block + tail + tail[:old]
    encoder.check(inputs)


def echoes(rng: random.Random, weights: list[float]) -> bytes:
    """One block of random bytes, every few of them repeated a little later."""
    data = bytearray()
    while len(data) < BLOCK:
        data += bytes(rng.choices(range(64), weights, k=12))
        if len(data) > 40:
            at = len(data) - rng.randrange(20, 40)
            data += data[at : at + 7]
    return bytes(data[:BLOCK])


@pytest.mark.parametrize(("seed", "strange"), [(11, 4029), (14, 3416), (16, 3168), (16, 3188)])
def test_a_choice_that_hangs_on_a_rounding(encoder: Encoder, seed: int, strange: int) -> None:
    """The codes at hand and new ones are worth the same to a bit, by an estimate added up in float32."""
    rng = random.Random(seed)
    weights = [1 / (i + 1) for i in range(64)]
    usual, other = echoes(rng, weights), echoes(rng, weights[::-1])
    first = other[:2000] + usual[2000:]
    around = range(strange - 20, strange + 20)
    encoder.check({str(n): first + other[:n] + usual[n:] for n in around})


def test_many_blocks(encoder: Encoder) -> None:
    """So many that positions are counted anew."""
    part = mixed(random.Random(6), 90000)
    encoder.check({"parts": part * 200, "parts and zeros": part * 185 + bytes(200000) + part * 3})


def test_runs_of_one_byte(encoder: Encoder) -> None:
    encoder.check({str(size): b"\x5a" * size for size in (1000, BLOCK, BLOCK + 1, 300000, 1 << 20)})


def test_debug_sections(encoder: Encoder) -> None:
    """What it is for, from a program with debug information."""
    path = encoder.directory / "program"
    subprocess.run(
        [
            *(str(toolchain.goroot() / "bin" / "go"), "build", "-ldflags=-compressdwarf=false"),
            *("-o", str(path), "cmd/vet"),
        ],
        env=toolchain.go_environment(),
        check=True,
    )
    sections = {name: data for name, data in elf_sections(path.read_bytes()) if name.startswith(".debug_")}
    assert ".debug_info" in sections
    encoder.check(sections)


def elf_sections(image: bytes) -> Iterator[tuple[str, bytes]]:
    (at,) = struct.unpack_from("<Q", image, 0x28)
    count, names = struct.unpack_from("<HH", image, 0x3C)
    headers = [struct.unpack_from("<IIQQQQIIQQ", image, at + 64 * i) for i in range(count)]
    for name, kind, _flags, _addr, offset, size, *_rest in headers:
        start = headers[names][4] + name
        if kind != 8:
            yield image[start : image.index(b"\0", start)].decode(), image[offset : offset + size]


@pytest.mark.parametrize(
    "compress", [goflate_kernel.compress, goflate126_kernel.compress], ids=["1.27", "1.26"]
)
def test_pieces_do_not_show(compress: Compress) -> None:
    rng = random.Random(3)
    for size in (0, 5, BLOCK, BLOCK + 1, 3 * BLOCK, 700000):
        data = mixed(rng, size)
        whole = compress(data)
        assert zlib.decompress(whole) == data
        for most in (1000, BLOCK, BLOCK + 1, 100000, 400000):
            pieces = [rng.randrange(most + 1) for _ in range(2 * size // most + 2)]
            assert compress(data, pieces) == whole
        assert compress(data, [BLOCK] * 12) == whole


@pytest.mark.parametrize(
    "compress", [goflate_kernel.compress, goflate126_kernel.compress], ids=["1.27", "1.26"]
)
def test_room(compress: Compress) -> None:
    """A stream that does not fit is refused, and one that just fits is not."""
    rng = random.Random(4)
    for size in (0, 100, 5000, 200000):
        for kind in (noise, words, mixed):
            data = kind(rng, size)
            whole = compress(data)
            assert len(whole) <= size + size // 8192 + 64
            assert compress(data, room=len(whole)) == whole
            for room in (0, 1, 2, len(whole) // 2, len(whole) - 4, len(whole) - 1):
                assert compress(data, room=room) == b""
