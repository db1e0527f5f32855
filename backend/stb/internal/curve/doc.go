// Package curve is the group of points of the three standard curves of STB 34.101.45,
// y^2 = x^3 - 3x + b over a prime field, of prime order.
//
// For each curve there are: multiplication of the base point and of any point by a
// secret number, in constant time, and the sum of two multiples for the checking of
// signatures, which works with public values only and is not constant time. Points
// enter and leave as the octets of x followed by those of y, little-endian.
//
// The file p256.go is the model; gen.go makes the files of the other two curves of it.
package curve

//go:generate go run gen.go
