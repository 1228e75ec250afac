// Fips uses the cryptographic module that the linker brackets and hashes.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
)

func main() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	digest := sha256.Sum256([]byte("message"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	fmt.Println(ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature), err, fips140.Enabled())
	fmt.Printf("%x\n", hmac.New(sha256.New, digest[:]).Sum(nil))
}
