// Package cms reads, makes and judges signatures in the cryptographic message
// syntax (STB 34.101.23) with the attributes of advanced electronic signatures
// (STB 34.101.80): CAdES of levels B-B, B-T and B-LT. It also makes and opens
// envelopes (EnvelopedData) of any length. Documents of any length are signed,
// detached or attached, and verified with constant memory.
//
// Reading takes BER, indefinite lengths included, because strangers write it;
// what is signed or hashed must be DER. Writing is DER. Every limit that bounds
// reading is a constant of the package.
//
// Verify answers with a verdict and a sub-indication of STB 34.101.80 for every
// signer. Archive stamps (B-LTA) are recognised as unsigned attributes and not
// evaluated, counter-signatures likewise. Signature policies are not processed:
// a signature that demands one is INDETERMINATE.
//
// Mutants of signatures, answers, stamps, requests, lists, containers and
// envelopes were put to OpenSSL with its engine as well. It takes what is refused
// here: octets after the end of a structure, a contentType that is not the type of
// the content, signed attributes given out as content, a reference to another
// certificate unless it is asked to look, and a certificate of no use to the path
// whose fields do not decode. It refuses what is taken here, by decision: a
// message whose list of digest algorithms does not name the one that is used,
// attributes outside of the order of DER, and a stamping certificate with more
// uses of its key than two.
package cms
