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

// Loads and stores of every width name these.
DATA small<>+0(SB)/1, $1
DATA small<>+2(SB)/2, $2
DATA small<>+4(SB)/4, $3
GLOBL small<>(SB), NOPTR, $8

GLOBL scratch<>(SB), NOPTR, $128

DATA pointer<>+0(SB)/8, $numbers<>+8(SB)
GLOBL pointer<>(SB), RODATA, $8

DATA words<>+0(SB)/8, $"zero\x00\x00\x00\x00"
DATA words<>+8(SB)/8, $"one\x00\x00\x00\x00\x00"
DATA words<>+16(SB)/8, $"two\x00\x00\x00\x00\x00"
GLOBL words<>(SB), RODATA, $24

// func add(a, b uint64) uint64
TEXT ·add(SB), NOSPLIT, $0-24
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	ADD R1, R0
	MOVD R0, ret+16(FP)
	RET

// func table(i int) uint32
TEXT ·table(SB), NOSPLIT, $0-12
	MOVD i+0(FP), R1
	MOVD $numbers<>(SB), R2
	MOVWU (R2)(R1<<2), R0
	MOVD counter<>(SB), R3
	ADDW R3, R0
	MOVBU small<>(SB), R4
	MOVHU small<>+2(SB), R5
	MOVWU small<>+4(SB), R6
	ADDW R4, R5
	ADDW R5, R6
	MOVB R6, scratch<>(SB)
	MOVH R6, scratch<>+2(SB)
	FMOVD counter<>(SB), F0
	FMOVD F0, scratch<>+8(SB)
	MOVW R0, ·shared+4(SB)
	MOVW R0, ret+8(FP)
	RET

// func viaGo(x int) int
TEXT ·viaGo(SB), $24-16
	NO_LOCAL_POINTERS
	MOVD x+0(FP), R0
	MOVD R0, 8(RSP)
	CALL ·double(SB)
	MOVD 16(RSP), R0
	MOVD R0, ret+8(FP)
	RET

TEXT helper<>(SB), NOSPLIT, $0-0
	ADD $1, R0
	RET

// func frame(p *[64]byte) int
TEXT ·frame(SB), $256-16
	NO_LOCAL_POINTERS
	MOVD p+0(FP), R1
	MOVD $0, R0
	MOVD $scratch<>+64(SB), R2
	MOVD R2, local-8(SP)
	CALL helper<>(SB)
	PCALIGN $32
	CALL helper<>(SB)
	MOVB R0, (R1)
	MOVD R0, ret+8(FP)
	RET

// func address() uintptr
TEXT ·address(SB), NOSPLIT, $0-8
	MOVD $·double(SB), R0
	MOVD pointer<>(SB), R1
	MOVWU (R1), R2
	MOVW R2, ·shared+8(SB)
	MOVD R0, ret+0(FP)
	RET

// func pick(i int) string
TEXT ·pick(SB), NOSPLIT, $0-24
	MOVD i+0(FP), R1
	MOVD $words<>(SB), R0
	ADD R1<<3, R0
	MOVD R0, ret_base+8(FP)
	MOVD $3, R2
	MOVD R2, ret_len+16(FP)
	RET
