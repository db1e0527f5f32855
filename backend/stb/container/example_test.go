package container_test

import (
	"errors"
	"fmt"

	"akno/backend/stb/bign"
	"akno/backend/stb/container"
)

func Example() {
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := container.Seal(key, []byte("пароль"), 100_000)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(file), container.Inspect(file).Format)
	again, err := container.Open(file, []byte("пароль"))
	fmt.Println(again.Equal(key), err)
	_, err = container.Open(file, []byte("другой"))
	fmt.Println(errors.Is(err, container.ErrPassword))
	// Output:
	// 161 stb-container
	// true <nil>
	// true
}
