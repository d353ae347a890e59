package evidence

import "time"

// Peer is what the server showed of itself.
type Peer struct {
	// Chain is what it sent, its own certificate first.
	Chain []Certificate `json:"chain,omitempty"`
	// NameMatches says whether Target.Name is in the server's certificate, by
	// the rules of X509_check_host(3) and X509_check_ip(3).
	NameMatches Answer `json:"name_matches,omitempty"`
	// NameInCommonName says that it only matches the Common Name, for want of
	// a DNS name in the SAN.
	NameInCommonName Answer `json:"name_in_common_name,omitempty"`
	// Unparsed is the reason why a certificate could not be read at all.
	Unparsed string `json:"unparsed,omitempty"`
}

// Leaf returns the server's own certificate, or nil.
func (p *Peer) Leaf() *Certificate {
	if len(p.Chain) == 0 {
		return nil
	}
	return &p.Chain[0]
}

// Trust is what this side was told to trust.
type Trust struct {
	// Anchors are the certificates of the CA file, the CA directory and, as
	// far as they matter to the server's chain, of the system.
	Anchors []Certificate `json:"anchors,omitempty"`
	// Total counts all certificates that were loaded.
	Total int `json:"total,omitempty"`
	// InSystem says whether a certificate of the system's store, which was
	// not asked for, is the issuer that is missing.
	InSystem Answer `json:"in_system,omitempty"`
	// CRLs are the revocation lists that were given.
	CRLs []CRL `json:"crls,omitempty"`
}

// CRL is a certificate revocation list (RFC 5280 section 5).
type CRL struct {
	Place
	Issuer Name `json:"issuer"`
	// ThisUpdate is when it was made, and NextUpdate when the next one was due;
	// the latter is absent where the list does not say.
	ThisUpdate time.Time `json:"this_update"`
	NextUpdate time.Time `json:"next_update,omitzero"`
}

// Revocation is an entry of a CRL.
type Revocation struct {
	Time time.Time `json:"time"`
	// Reason is the CRLReason in the standard's words; empty if none is given.
	Reason string `json:"reason,omitempty"`
}

// Client is this side's own certificate and what the server asked of it.
type Client struct {
	// Requested says whether the server sent a CertificateRequest.
	Requested Answer              `json:"requested,omitempty"`
	Request   *CertificateRequest `json:"request,omitempty"`
	// Sent says whether a certificate, and not an empty list, was sent.
	Sent Answer `json:"sent,omitempty"`
	// Chain is what --cert gave, this client's own certificate first.
	Chain []Certificate `json:"chain,omitempty"`
}

// Leaf returns this client's own certificate, or nil.
func (c *Client) Leaf() *Certificate {
	if len(c.Chain) == 0 {
		return nil
	}
	return &c.Chain[0]
}

// CertificateRequest is what the server said about the client certificates it
// takes (RFC 5246 section 7.4.4, RFC 8446 section 4.3.2).
type CertificateRequest struct {
	// CAs are the subjects of acceptable issuers; none means any.
	CAs        []Name   `json:"cas,omitempty"`
	Signatures []uint16 `json:"signatures,omitempty"`
}

// Name is a distinguished name.
type Name struct {
	// Text is the name as people write it: CN=broker.lan, O=Plant.
	Text string `json:"text"`
	// CommonName is the last CN attribute, which is the one that is compared.
	CommonName   string `json:"common_name,omitempty"`
	Organization string `json:"organization,omitempty"`
	// Hash is OpenSSL's X509_NAME_hash, which names links in a CA directory.
	// Two names that OpenSSL takes for equal have equal hashes.
	Hash string `json:"hash,omitempty"`
}

// Place is where a certificate was found; it is empty for one that came over
// the wire.
type Place struct {
	File string `json:"file,omitempty"`
	// Line is where it starts in File, from 1; 0 if unknown.
	Line int `json:"line,omitempty"`
}

// Certificate is one certificate, described.
type Certificate struct {
	DER []byte `json:"der,omitempty"`
	Place
	SHA256  string    `json:"sha256"`
	Subject Name      `json:"subject"`
	Issuer  Name      `json:"issuer"`
	Serial  string    `json:"serial,omitempty"`
	Version int       `json:"version,omitempty"`
	Dates   Dates     `json:"dates"`
	SAN     SAN       `json:"san"`
	Key     PublicKey `json:"key"`
	Signed  Signed    `json:"signed"`
	Extends Extends   `json:"extensions"`
}

// Dates is the validity (RFC 5280 section 4.1.2.5).
type Dates struct {
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
}

// SAN is the subjectAltName extension (RFC 5280 section 4.2.1.6).
type SAN struct {
	DNS       []string `json:"dns,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	Email     []string `json:"email,omitempty"`
	URIs      []string `json:"uris,omitempty"`
}

// Empty says that the extension names nothing.
func (s SAN) Empty() bool {
	return len(s.DNS)+len(s.Addresses)+len(s.Email)+len(s.URIs) == 0
}

// PublicKey is the subject's key.
type PublicKey struct {
	// Type is RSA, EC, Ed25519 …
	Type  string `json:"type,omitempty"`
	Bits  int    `json:"bits,omitempty"`
	Curve string `json:"curve,omitempty"`
	// Strength is its security in bits, as OpenSSL counts it; 0 if unknown.
	Strength int `json:"strength,omitempty"`
	// SHA256 is the digest of the subjectPublicKeyInfo.
	SHA256 string `json:"sha256,omitempty"`
	// Usable says whether this program can use keys of this kind.
	Usable Answer `json:"usable,omitempty"`
}

// Signed is what is known about the signature on a certificate.
type Signed struct {
	Algorithm string `json:"algorithm,omitempty"`
	// Strength is the digest's security in bits, as OpenSSL counts it; 0 if
	// unknown.
	Strength int `json:"strength,omitempty"`
	// OwnKey says whether the certificate's own key verifies it.
	OwnKey Answer `json:"own_key,omitempty"`
	// By are the SHA-256 fingerprints of those certificates of this session
	// whose key verifies it.
	By []string `json:"by,omitempty"`
}

// Checked says that the signature was of a kind that could be tried.
func (s Signed) Checked() bool { return s.OwnKey != NotObserved || len(s.By) > 0 }

// Extends is the extensions that decide what a certificate may do.
type Extends struct {
	// CA is basicConstraints' cA; not observed when there is none.
	CA Answer `json:"ca,omitempty"`
	// PathLength is basicConstraints' limit; -1 when it sets none.
	PathLength int `json:"path_length"`
	// KeyUsage and Purposes (extended key usage) are empty when absent.
	KeyUsage []string `json:"key_usage,omitempty"`
	Purposes []string `json:"purposes,omitempty"`
	// SubjectKeyID and AuthorityKeyID are in hexadecimal.
	SubjectKeyID   string `json:"subject_key_id,omitempty"`
	AuthorityKeyID string `json:"authority_key_id,omitempty"`
	// AuthoritySerial is the issuer's serial number, where the certificate
	// names it.
	AuthoritySerial string `json:"authority_serial,omitempty"`
	// Critical are the OIDs of critical extensions that were not understood.
	Critical []string `json:"critical,omitempty"`
	// Permitted and Excluded are the DNS name constraints.
	Permitted []string `json:"permitted,omitempty"`
	Excluded  []string `json:"excluded,omitempty"`
	// IssuerURLs are the caIssuers addresses of authorityInfoAccess.
	IssuerURLs []string `json:"issuer_urls,omitempty"`
}
