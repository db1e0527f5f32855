package brng_test

import (
	"fmt"

	"akno/backend/stb/brng"
)

func ExampleHOTP() {
	password, err := brng.HOTP([]byte("a secret shared with the server"), 1, 6)
	fmt.Println(len(password), err)
	// Output: 6 <nil>
}
