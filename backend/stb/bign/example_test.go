package bign_test

import (
	"fmt"

	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/oid"
)

func Example() {
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer key.Wipe()
	hash := belt.Sum256([]byte("заявление"))
	sig, err := key.SignHash(oid.BeltHashDER, hash[:])
	if err != nil {
		fmt.Println(err)
		return
	}
	public, err := bign.NewPublicKey(bign.Curve256v1(), key.PublicKey().Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(sig), public.Verify(oid.BeltHashDER, hash[:], sig))
	hash[0] ^= 1
	fmt.Println(public.Verify(oid.BeltHashDER, hash[:], sig))
	// Output:
	// 48 true
	// false
}

func ExamplePublicKey_WrapKey() {
	key, err := bign.GenerateKey(bign.Curve384v1())
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := key.PublicKey().WrapKey([]byte("content key of 24 octets"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	content, err := key.UnwrapKey(token, nil)
	fmt.Println(string(content), err)
	// Output: content key of 24 octets <nil>
}
