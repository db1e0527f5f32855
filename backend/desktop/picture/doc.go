// Package picture prepares photographs and scans to be attached: it turns them
// upright by their own mark (Exif 2.32, tag Orientation) and by hand, cuts the
// table around the paper off, makes them smaller, and writes the result without
// anything that was known of the camera and the place. The person's own picture
// is read and never changed. Decoding is bounded: one picture at a time, and none
// whose pixels would take more memory than memoryMost.
package picture
