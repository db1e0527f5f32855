package bash_test

import (
	"fmt"

	"akno/backend/stb/bash"
)

func Example() {
	fmt.Printf("%X\n", bash.Sum256(nil))
	// Output: 114C3DFAE373D9BCBC3602D6386F2D6A2059BA1BF9048DBAA5146A6CB775709D
}

func ExampleSeal() {
	key, announcement := make([]byte, 32), []byte("message 0001") // one announcement, one message
	sealed, err := bash.Seal(nil, 256, 1, announcement, key, []byte("text"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := bash.Open(nil, 256, 1, announcement, key, sealed, nil)
	fmt.Println(string(text), err)
	// Output: text <nil>
}
