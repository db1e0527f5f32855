package bels_test

import (
	"fmt"

	"akno/backend/stb/bels"
)

func Example() {
	shares, err := bels.Split([]byte("sixteen octets !"), 3, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	secret, err := bels.Join([][]byte{shares[2], shares[0]})
	fmt.Println(string(secret), err)
	// Output: sixteen octets ! <nil>
}
