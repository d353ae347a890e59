// Package keys opens private keys that are under a pass phrase: PKCS #8 with PBES2 and PBES1 (RFC 8018), the older
// encryption of PEM files (RFC 1421), and PKCS #12 bundles (RFC 7292). Built with the tag tpm it also uses keys that stay in
// a TPM. It opens what OpenSSL writes, of any version; what is weak today is opened all the same, for it is only read.
package keys
