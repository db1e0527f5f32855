// Package backup keeps sealed copies of drafts on the portal for who has asked for
// it, so that a computer that breaks takes nothing with it and work goes on at
// another one. The portal cannot read a backup: it is sealed (belt-dwp, STB
// 34.101.31) under a key that is made of a code, which the person writes down and
// enters once on each computer. One computer at a time owns a draft; what two
// have written is kept as two drafts and never merged, and nothing that is here is
// ever overwritten.
package backup
