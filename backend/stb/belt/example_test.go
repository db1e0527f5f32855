package belt_test

import (
	"fmt"

	"akno/backend/stb/belt"
)

func Example() {
	h := belt.NewHash()
	h.Write([]byte("заявление"))
	fmt.Printf("%d octets\n", len(h.Sum(nil)))

	// A key protected by a password.
	kek := belt.PBKDF2([]byte("пароль"), []byte("8 octets"), 10_000)
	key := []byte("a key of sixteen octets or more")
	wrapped, err := belt.Wrap(kek[:], key, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := belt.Unwrap(kek[:], wrapped, nil)
	fmt.Println(string(again), err)

	wrapped[0] ^= 1
	_, err = belt.Unwrap(kek[:], wrapped, nil)
	fmt.Println(err)
	// Output:
	// 32 octets
	// a key of sixteen octets or more <nil>
	// belt: protected key does not open
}

func ExampleNewDWP() {
	aead, err := belt.NewDWP(make([]byte, 32)) // a key from the operating system's generator
	if err != nil {
		fmt.Println(err)
		return
	}
	nonce := make([]byte, aead.NonceSize()) // another one for each message
	sealed := aead.Seal(nil, nonce, []byte("text"), []byte("header"))
	text, err := aead.Open(nil, nonce, sealed, []byte("header"))
	fmt.Println(string(text), err)
	_, err = aead.Open(nil, nonce, sealed, []byte("another header"))
	fmt.Println(err)
	// Output:
	// text <nil>
	// belt: authenticated ciphertext does not open
}
