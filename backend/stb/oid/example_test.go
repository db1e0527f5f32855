package oid_test

import (
	"fmt"

	"akno/backend/stb/oid"
)

func Example() {
	id, _ := oid.ByName("belt-hash")
	fmt.Println(id, oid.Name(id))
	// The form that is hashed into signatures.
	fmt.Printf("%X\n", oid.DER(id))
	// Output:
	// 1.2.112.0.2.0.34.101.31.81 belt-hash
	// 06092A7000020022651F51
}
