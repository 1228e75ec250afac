#include "textflag.h"
#include "funcdata.h"

// Data in every kind of section.
DATA numbers<>+0(SB)/4, $10
DATA numbers<>+4(SB)/4, $20
DATA numbers<>+8(SB)/4, $30
DATA numbers<>+12(SB)/4, $40
GLOBL numbers<>(SB), RODATA|NOPTR, $16

DATA counter<>+0(SB)/8, $7
GLOBL counter<>(SB), NOPTR, $8

GLOBL scratch<>(SB), NOPTR, $128

DATA pointer<>+0(SB)/8, $numbers<>+8(SB)
GLOBL pointer<>(SB), RODATA, $8

DATA words<>+0(SB)/8, $"zero\x00\x00\x00\x00"
DATA words<>+8(SB)/8, $"one\x00\x00\x00\x00\x00"
DATA words<>+16(SB)/8, $"two\x00\x00\x00\x00\x00"
GLOBL words<>(SB), RODATA, $24

// func add(a, b uint64) uint64
TEXT ·add(SB), NOSPLIT, $0-24
	MOVQ a+0(FP), AX
	ADDQ b+8(FP), AX
	MOVQ AX, ret+16(FP)
	RET

// func table(i int) uint32
TEXT ·table(SB), NOSPLIT, $0-12
	MOVQ i+0(FP), CX
	LEAQ numbers<>(SB), BX
	MOVL (BX)(CX*4), AX
	MOVQ counter<>(SB), DX
	ADDL DX, AX
	MOVL AX, ·shared+4(SB)
	MOVL AX, ret+8(FP)
	RET

// func viaGo(x int) int
TEXT ·viaGo(SB), $16-16
	NO_LOCAL_POINTERS
	MOVQ x+0(FP), AX
	MOVQ AX, 0(SP)
	CALL ·double(SB)
	MOVQ 8(SP), AX
	MOVQ AX, ret+8(FP)
	RET

TEXT helper<>(SB), NOSPLIT, $0-0
	ADDQ $1, AX
	RET

// func frame(p *[64]byte) int
TEXT ·frame(SB), $256-16
	NO_LOCAL_POINTERS
	MOVQ p+0(FP), DI
	MOVQ $0, AX
	LEAQ scratch<>+64(SB), SI
	MOVQ SI, local-8(SP)
	CALL helper<>(SB)
	PCALIGN $32
	CALL helper<>(SB)
	MOVB AX, (DI)
	MOVQ AX, ret+8(FP)
	RET

// func address() uintptr
TEXT ·address(SB), NOSPLIT, $0-8
	MOVQ $·double(SB), AX
	MOVQ pointer<>(SB), BX
	MOVL (BX), CX
	MOVL CX, ·shared+8(SB)
	MOVQ AX, ret+0(FP)
	RET

// func pick(i int) string
TEXT ·pick(SB), NOSPLIT, $0-24
	MOVQ i+0(FP), CX
	LEAQ words<>(SB), AX
	LEAQ (AX)(CX*8), AX
	MOVQ AX, ret_base+8(FP)
	MOVQ $3, ret_len+16(FP)
	RET
