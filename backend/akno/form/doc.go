// Package form holds forms of applications and the one evaluator that the
// desktop program, the portal and the tools share. A Definition is what a form's
// author writes; a Schema is the same, compiled and checked; Evaluate takes a
// Schema, a person's Answers and a day, and says which fields are visible, which
// are wrong and why. It reads no clock, no file and no network, so the portal
// repeats on arrival exactly what the person saw.
//
// Three rules carry the rest. A hidden field reads as unanswered wherever
// another rule looks at it. An unanswered field is not equal to any value. A
// hidden field's answer stays with the draft but is never part of a submission.
package form
