package keyring

import "runtime"

// onWindows says that permissions of files are not told by their mode: access
// lists are, and the folders of a profile are the person's alone there.
const onWindows = runtime.GOOS == "windows"
