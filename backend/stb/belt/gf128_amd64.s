//go:build !purego

#include "textflag.h"

// A polynomial stands in a register as in memory: bit i is the coefficient of x^i. The product of two
// has 255 bits; its upper half stands for itself times x^7+x^2+x+1, which is 0x87 (clause 4.2.3).

// func takeBlocks(t, f *element, b *byte, blocks int)
TEXT ·takeBlocks(SB), NOSPLIT, $0-32
	MOVQ t+0(FP), DI
	MOVQ f+8(FP), SI
	MOVQ b+16(FP), BX
	MOVQ blocks+24(FP), CX
	MOVOU (DI), X0
	MOVOU (SI), X1
	MOVQ $0x87, AX
	MOVQ AX, X2

next:
	MOVOU (BX), X3
	PXOR X3, X0

	// X4:X3 is the product of X0 and X1
	MOVO X0, X3
	MOVO X0, X4
	MOVO X0, X5
	PCLMULQDQ $0x00, X1, X3
	PCLMULQDQ $0x11, X1, X4
	PCLMULQDQ $0x01, X1, X5
	PCLMULQDQ $0x10, X1, X0
	PXOR X0, X5
	MOVO X5, X6
	PSLLO $8, X5
	PSRLO $8, X6
	PXOR X5, X3
	PXOR X6, X4

	// the uppermost quarter, of which seven bits come into the next one
	MOVO X4, X5
	PCLMULQDQ $0x01, X2, X5
	MOVO X5, X6
	PSLLO $8, X5
	PSRLO $8, X6
	PXOR X5, X3
	PXOR X6, X4

	// the quarter below it
	PCLMULQDQ $0x00, X2, X4
	MOVO X3, X0
	PXOR X4, X0

	ADDQ $16, BX
	DECQ CX
	JNZ next

	MOVOU X0, (DI)
	PXOR X0, X0
	PXOR X1, X1
	PXOR X3, X3
	PXOR X4, X4
	PXOR X5, X5
	PXOR X6, X6
	RET

// func features() uint32
TEXT ·features(SB), NOSPLIT, $0-4
	MOVL $1, AX
	XORL CX, CX
	CPUID
	MOVL CX, ret+0(FP)
	RET
