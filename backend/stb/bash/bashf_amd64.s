//go:build !purego

#include "textflag.h"

// The words of the state are three rows of eight: s0..s7, s8..s15, s16..s23. A column is the words of
// one place of the three rows, so bash-s works on all columns at once where a register holds a row; the
// numbers of bits to rotate by differ from column to column and stand in the tables m1, n1, m2, n2
// (clause 6.1). After a round the results of row 0 go to row 2, those of row 1 to row 0 and those of
// row 2 to row 1, each permuted within the row.

DATA m1<>+0(SB)/8, $8
DATA m1<>+8(SB)/8, $56
DATA m1<>+16(SB)/8, $8
DATA m1<>+24(SB)/8, $56
DATA m1<>+32(SB)/8, $8
DATA m1<>+40(SB)/8, $56
DATA m1<>+48(SB)/8, $8
DATA m1<>+56(SB)/8, $56
GLOBL m1<>(SB), RODATA|NOPTR, $64

DATA n1<>+0(SB)/8, $53
DATA n1<>+8(SB)/8, $51
DATA n1<>+16(SB)/8, $37
DATA n1<>+24(SB)/8, $3
DATA n1<>+32(SB)/8, $21
DATA n1<>+40(SB)/8, $19
DATA n1<>+48(SB)/8, $5
DATA n1<>+56(SB)/8, $35
GLOBL n1<>(SB), RODATA|NOPTR, $64

DATA m2<>+0(SB)/8, $14
DATA m2<>+8(SB)/8, $34
DATA m2<>+16(SB)/8, $46
DATA m2<>+24(SB)/8, $2
DATA m2<>+32(SB)/8, $14
DATA m2<>+40(SB)/8, $34
DATA m2<>+48(SB)/8, $46
DATA m2<>+56(SB)/8, $2
GLOBL m2<>(SB), RODATA|NOPTR, $64

DATA n2<>+0(SB)/8, $1
DATA n2<>+8(SB)/8, $7
DATA n2<>+16(SB)/8, $49
DATA n2<>+24(SB)/8, $23
DATA n2<>+32(SB)/8, $33
DATA n2<>+40(SB)/8, $39
DATA n2<>+48(SB)/8, $17
DATA n2<>+56(SB)/8, $55
GLOBL n2<>(SB), RODATA|NOPTR, $64

// n12 are the sums of n1 and n2 modulo 64. With t the sum of a column, clause 6.1 has
//	u = b ^ t<<<n1, v = u ^ a<<<m1, w = c ^ c<<<m2 ^ u<<<n2
// and u<<<n2 = b<<<n2 ^ t<<<n12, so that v and w are ready at the same time and soon after t: the
// rounds follow one another and what counts is the longest way through one.
DATA n12<>+0(SB)/8, $54
DATA n12<>+8(SB)/8, $58
DATA n12<>+16(SB)/8, $22
DATA n12<>+24(SB)/8, $26
DATA n12<>+32(SB)/8, $54
DATA n12<>+40(SB)/8, $58
DATA n12<>+48(SB)/8, $22
DATA n12<>+56(SB)/8, $26
GLOBL n12<>(SB), RODATA|NOPTR, $64

// to2 and to0 are the places within the row of the results that make rows 2 and 0.
DATA to2<>+0(SB)/8, $6
DATA to2<>+8(SB)/8, $3
DATA to2<>+16(SB)/8, $0
DATA to2<>+24(SB)/8, $5
DATA to2<>+32(SB)/8, $2
DATA to2<>+40(SB)/8, $7
DATA to2<>+48(SB)/8, $4
DATA to2<>+56(SB)/8, $1
GLOBL to2<>(SB), RODATA|NOPTR, $64

DATA to0<>+0(SB)/8, $7
DATA to0<>+8(SB)/8, $2
DATA to0<>+16(SB)/8, $1
DATA to0<>+24(SB)/8, $4
DATA to0<>+32(SB)/8, $3
DATA to0<>+40(SB)/8, $6
DATA to0<>+48(SB)/8, $5
DATA to0<>+56(SB)/8, $0
GLOBL to0<>(SB), RODATA|NOPTR, $64

// octets rotates even words by 8 bits and odd ones by 56, as m1 does, in VPSHUFB.
DATA octets<>+0(SB)/8, $0x0605040302010007
DATA octets<>+8(SB)/8, $0x080f0e0d0c0b0a09
DATA octets<>+16(SB)/8, $0x0605040302010007
DATA octets<>+24(SB)/8, $0x080f0e0d0c0b0a09
GLOBL octets<>(SB), RODATA|NOPTR, $32

// last selects the last word of four.
DATA last<>+0(SB)/8, $0
DATA last<>+8(SB)/8, $0
DATA last<>+16(SB)/8, $0
DATA last<>+24(SB)/8, $-1
GLOBL last<>(SB), RODATA|NOPTR, $32

// HALF applies bash-s to four columns: a, b, c in, and the results in their place. OFF is the place of
// their numbers in the tables n1 and n2 and, in the frame, of 64 less them. The table m1 has multiples
// of 8 only, and m2 and n12 repeat after four columns.
#define HALF(A, B, C, OFF) \
	VPXOR B, C, Y9 \
	VPSHUFB Y10, A, Y6 \
	VPXOR Y9, A, A \
	VPSLLVQ n2<>+OFF(SB), B, Y7 \
	VPSRLVQ 64+OFF(SP), B, Y8 \
	VPXOR Y6, B, B \
	VPSLLVQ Y11, C, Y9 \
	VPSRLVQ Y12, C, Y6 \
	VPXOR Y7, C, C \
	VPXOR Y8, Y9, Y9 \
	VPXOR Y6, C, C \
	VPXOR Y9, C, C \
	VPSLLVQ n1<>+OFF(SB), A, Y6 \
	VPSRLVQ OFF(SP), A, Y7 \
	VPSLLVQ Y13, A, Y8 \
	VPSRLVQ Y15, A, Y9 \
	VPXOR Y6, B, B \
	VPXOR Y8, C, C \
	VPXOR Y7, B, B \
	VPXOR Y9, C, C \
	VPANDN C, B, Y7 \
	VPOR A, C, Y8 \
	VPAND A, B, Y9 \
	VPXOR 128(SP), A, A \
	VPXOR Y8, B, B \
	VPXOR Y7, A, A \
	VPXOR Y9, C, C

// func permuteAVX512(s *[24]uint64, constants *[24]uint64)
TEXT ·permuteAVX512(SB), NOSPLIT, $0-16
	MOVQ s+0(FP), AX
	MOVQ constants+8(FP), BX
	LEAQ 192(BX), CX
	VMOVDQU64 0(AX), Z0
	VMOVDQU64 64(AX), Z1
	VMOVDQU64 128(AX), Z2
	VMOVDQU64 m1<>(SB), Z16
	VMOVDQU64 n1<>(SB), Z17
	VMOVDQU64 m2<>(SB), Z18
	VMOVDQU64 n2<>(SB), Z19
	VMOVDQU64 to2<>(SB), Z20
	VMOVDQU64 to0<>(SB), Z21
	VMOVDQU64 n12<>(SB), Z22
	MOVL $2, DX
	KMOVW DX, K1

round512:
	VPROLVQ Z16, Z0, Z3
	VPTERNLOGQ $0x96, Z2, Z1, Z0 // t = a ^ b ^ c
	VPROLVQ Z18, Z2, Z5
	VPROLVQ Z19, Z1, Z4
	VPXORQ Z3, Z1, Z1
	VPTERNLOGQ $0x96, Z5, Z4, Z2
	VPROLVQ Z17, Z0, Z3
	VPROLVQ Z22, Z0, Z4
	VMOVDQA64 Z0, Z6
	VPXORQ.BCST 0(BX), Z6, K1, Z6 // the constant, at the word that will be the last
	VPXORQ Z3, Z1, Z1 // v
	VPXORQ Z4, Z2, Z2 // w
	VMOVDQA64 Z1, Z7
	VPTERNLOGQ $0x2d, Z2, Z1, Z6 // t ^ (v | ^w)
	VPTERNLOGQ $0x1e, Z2, Z0, Z7 // v ^ (t | w)
	VPTERNLOGQ $0x78, Z1, Z0, Z2 // w ^ t&v
	VPSHUFD $0x4e, Z2, Z1
	VPERMQ Z7, Z21, Z0
	VPERMQ Z6, Z20, Z2
	ADDQ $8, BX
	CMPQ BX, CX
	JNE round512

	VMOVDQU64 Z0, 0(AX)
	VMOVDQU64 Z1, 64(AX)
	VMOVDQU64 Z2, 128(AX)
	VPXORQ Z3, Z3, Z3
	VPXORQ Z4, Z4, Z4
	VPXORQ Z5, Z5, Z5
	VPXORQ Z6, Z6, Z6
	VPXORQ Z7, Z7, Z7
	VZEROALL
	RET

// func permuteAVX2(s *[24]uint64, constants *[24]uint64)
TEXT ·permuteAVX2(SB), NOSPLIT, $160-16
	MOVQ s+0(FP), AX
	MOVQ constants+8(FP), BX
	LEAQ 192(BX), CX
	MOVQ $64, DX
	VMOVQ DX, X6
	VPBROADCASTQ X6, Y6
	VPSUBQ n1<>+0(SB), Y6, Y7
	VMOVDQU Y7, 0(SP)
	VPSUBQ n1<>+32(SB), Y6, Y7
	VMOVDQU Y7, 32(SP)
	VPSUBQ n2<>+0(SB), Y6, Y7
	VMOVDQU Y7, 64(SP)
	VPSUBQ n2<>+32(SB), Y6, Y7
	VMOVDQU Y7, 96(SP)
	VMOVDQU octets<>(SB), Y10
	VMOVDQU m2<>(SB), Y11
	VPSUBQ Y11, Y6, Y12
	VPCMPEQQ Y7, Y7, Y7
	VMOVDQU Y7, 128(SP)
	VMOVDQU n12<>(SB), Y13
	VPSUBQ Y13, Y6, Y15
	VMOVDQU last<>(SB), Y14
	VMOVDQU 0(AX), Y0
	VMOVDQU 32(AX), Y1
	VMOVDQU 64(AX), Y2
	VMOVDQU 96(AX), Y3
	VMOVDQU 128(AX), Y4
	VMOVDQU 160(AX), Y5

round2:
	HALF(Y0, Y2, Y4, 0)
	HALF(Y1, Y3, Y5, 32)
	// row 2: words 0 5 6 3 and 4 1 2 7 of the results of row 0, each turned to 2 3 0 1
	VPBLENDD $0x3c, Y1, Y0, Y6
	VPBLENDD $0x3c, Y0, Y1, Y7
	// row 0: words 4 1 2 7 and 0 5 6 3 of the results of row 1, each turned to 3 2 1 0
	VPBLENDD $0x3c, Y2, Y3, Y8
	VPBLENDD $0x3c, Y3, Y2, Y9
	// row 1: neighbours change places
	VPSHUFD $0x4e, Y4, Y2
	VPSHUFD $0x4e, Y5, Y3
	VPERMQ $0x4e, Y6, Y4
	VPERMQ $0x4e, Y7, Y5
	VPERMQ $0x1b, Y8, Y0
	VPERMQ $0x1b, Y9, Y1
	VPMASKMOVQ -24(BX), Y14, Y6
	VPXOR Y6, Y5, Y5
	ADDQ $8, BX
	CMPQ BX, CX
	JNE round2

	VMOVDQU Y0, 0(AX)
	VMOVDQU Y1, 32(AX)
	VMOVDQU Y2, 64(AX)
	VMOVDQU Y3, 96(AX)
	VMOVDQU Y4, 128(AX)
	VMOVDQU Y5, 160(AX)
	VZEROALL
	RET

// func cpuid(leaf, sub uint32) (a, b, c, d uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL sub+4(FP), CX
	CPUID
	MOVL AX, a+8(FP)
	MOVL BX, b+12(FP)
	MOVL CX, c+16(FP)
	MOVL DX, d+20(FP)
	RET

// func xgetbv() uint32
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, ret+0(FP)
	RET
