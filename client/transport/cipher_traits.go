package transport

// traits are the properties of a suite: one bit in each of the groups below. A rule of a cipher list has, in each group,
// the bits that it allows, or none if it does not care.
type traits uint64

// Key exchange.
const (
	kxRSA traits = 1 << iota
	kxDHE
	kxECDHE
	kxPSK
	kxRSAPSK
	kxDHEPSK
	kxECDHEPSK
	kxSRP
	// Authentication.
	auRSA
	auDSS
	auECDSA
	auPSK
	auSRP
	auNULL
	// Encryption.
	encAES128
	encAES256
	encCamellia128
	encCamellia256
	encAES128GCM
	encAES256GCM
	encAES128CCM
	encAES256CCM
	encAES128CCM8
	encAES256CCM8
	encARIA128
	encARIA256
	encChaCha20
	enc3DES // no suite has it: OpenSSL knows the keyword only
	encNULL
	// What protects the records.
	macMD5
	macSHA1
	macSHA256
	macSHA384
	macAEAD
	// The lowest version of the protocol.
	minSSL3
	minTLS10
	minTLS12
	// Classes of strength; a suite may be in two.
	classHigh
	classFIPS
	classMedium // no suite is
	classLow    // no suite is
	classNone   // no keyword stands for it
	// Left out of OpenSSL's default.
	notDefault
)

const (
	encAESGCM  = encAES128GCM | encAES256GCM
	encAESCCM8 = encAES128CCM8 | encAES256CCM8
	encAESCCM  = encAES128CCM | encAES256CCM | encAESCCM8
	encAESCBC  = encAES128 | encAES256
	encCBC     = encAESCBC | encCamellia | enc3DES
	enc128     = encAES128 | encAES128GCM | encAES128CCM | encAES128CCM8
	enc256     = encAES256 | encAES256GCM | encAES256CCM | encAES256CCM8
	encAES     = enc128 | enc256
	// The suites of ARIA are GCM only.
	encARIA     = encARIA128 | encARIA256
	encCamellia = encCamellia128 | encCamellia256

	kxAnyPSK = kxPSK | kxRSAPSK | kxDHEPSK | kxECDHEPSK
	// forwardSecret are the key exchanges whose secret is not in any stored key.
	forwardSecret = kxDHE | kxECDHE | kxDHEPSK | kxECDHEPSK
)

// The groups.
const (
	groupKeyExchange    = kxSRP<<1 - kxRSA
	groupAuthentication = auNULL<<1 - auRSA
	groupEncryption     = encNULL<<1 - encAES128
	groupMAC            = macAEAD<<1 - macMD5
	groupVersion        = minTLS12<<1 - minSSL3
	groupStrength       = classNone<<1 - classHigh
)

func traitGroups() [7]traits {
	return [...]traits{
		groupKeyExchange, groupAuthentication, groupEncryption, groupMAC, groupVersion, groupStrength, notDefault,
	}
}

// classified adds the classes that follow from the algorithms of a suite.
func (t traits) classified() traits {
	if t&encNULL != 0 {
		t |= classNone
	} else {
		t |= classHigh
	}
	if t&(encAESCBC|encAESGCM) != 0 && t&kxSRP == 0 {
		t |= classFIPS
	}
	if t&(encAESCCM|encARIA|encCamellia|auDSS) != 0 || t&auNULL != 0 && t&encNULL == 0 {
		t |= notDefault
	}
	return t
}

// and narrows a rule by another. It reports false if nothing can satisfy both.
func (t traits) and(other traits) (traits, bool) {
	if t&groupStrength == 0 && other&groupStrength != 0 {
		t &^= notDefault // as OpenSSL: COMPLEMENTOFDEFAULT+HIGH means HIGH
	}
	for _, group := range traitGroups() {
		switch a, b := t&group, other&group; {
		case a != 0 && b != 0 && a&b == 0:
			return 0, false
		case a != 0 && b != 0:
			t &^= a &^ b
		default:
			t |= b
		}
	}
	return t, true
}

// allows says whether a suite with the traits s satisfies the rule.
func (t traits) allows(s traits) bool {
	for _, group := range traitGroups() {
		if t&group != 0 && t&group&s == 0 {
			return false
		}
	}
	return true
}

// atLevel says whether OpenSSL offers a suite with these traits at a security level, 0 to 5.
func (t traits) atLevel(level int) bool {
	if level == 0 {
		return true
	}
	wanted := [...]int{0, 80, 112, 128, 192, 256}[level]
	switch {
	case t.bits() < wanted, t&(auNULL|macMD5) != 0:
		return false
	case level >= 3 && t&forwardSecret == 0:
		return false
	default:
		return wanted <= 160 || t&macSHA1 == 0 // an HMAC with SHA-1 is worth 160 bits
	}
}

// bits is the strength of the encryption.
func (t traits) bits() int {
	switch {
	case t&encNULL != 0:
		return 0
	case t&(enc128|encARIA128|encCamellia128) != 0:
		return 128
	default:
		return 256
	}
}

// keyword is a word of a cipher list that stands for a set of suites.
type keyword struct {
	name string
	traits
}

// keywords are those of OpenSSL's usual builds. No suite is in the sets of the last three lines, yet OpenSSL knows the
// words, and what follows an unknown one is ignored.
func keywords() []keyword {
	return []keyword{
		{"ALL", groupEncryption &^ encNULL},
		{"COMPLEMENTOFALL", encNULL},
		{"COMPLEMENTOFDEFAULT", notDefault},

		{"kRSA", kxRSA},
		{"kDHE", kxDHE}, {"kEDH", kxDHE}, {"DH", kxDHE},
		{"kECDHE", kxECDHE}, {"kEECDH", kxECDHE}, {"ECDH", kxECDHE},
		{"kPSK", kxPSK}, {"kRSAPSK", kxRSAPSK}, {"kDHEPSK", kxDHEPSK}, {"kECDHEPSK", kxECDHEPSK},
		{"kSRP", kxSRP}, {"SRP", kxSRP}, {"PSK", kxAnyPSK},

		{"aRSA", auRSA}, {"aDSS", auDSS}, {"DSS", auDSS}, {"aECDSA", auECDSA}, {"ECDSA", auECDSA},
		{"aPSK", auPSK}, {"aSRP", auSRP}, {"aNULL", auNULL},

		{"RSA", kxRSA | auRSA},
		{"DHE", kxDHE | groupAuthentication&^auNULL}, {"EDH", kxDHE | groupAuthentication&^auNULL},
		{"ECDHE", kxECDHE | groupAuthentication&^auNULL}, {"EECDH", kxECDHE | groupAuthentication&^auNULL},
		{"ADH", kxDHE | auNULL}, {"AECDH", kxECDHE | auNULL},

		{"AES", encAES}, {"AES128", enc128}, {"AES256", enc256},
		{"AESGCM", encAESGCM}, {"AESCCM", encAESCCM}, {"AESCCM8", encAESCCM8},
		{"ARIA", encARIA}, {"ARIAGCM", encARIA}, {"ARIA128", encARIA128}, {"ARIA256", encARIA256},
		{"CAMELLIA", encCamellia}, {"CAMELLIA128", encCamellia128}, {"CAMELLIA256", encCamellia256},
		{"CHACHA20", encChaCha20}, {"CBC", encCBC}, {"eNULL", encNULL}, {"NULL", encNULL},

		{"MD5", macMD5}, {"SHA", macSHA1}, {"SHA1", macSHA1}, {"SHA256", macSHA256}, {"SHA384", macSHA384},
		{"SSLv3", minSSL3}, {"TLSv1", minTLS10}, {"TLSv1.0", minTLS10}, {"TLSv1.2", minTLS12},
		{"HIGH", classHigh}, {"FIPS", classFIPS | groupEncryption&^encNULL},

		{"MEDIUM", classMedium}, {"LOW", classLow}, {"3DES", enc3DES},
		{"EDH-RSA-DES-CBC3-SHA", kxDHE | auRSA | enc3DES | macSHA1 | classHigh | classFIPS},
		{"EDH-DSS-DES-CBC3-SHA", kxDHE | auDSS | enc3DES | macSHA1 | classHigh | classFIPS},
	}
}

// standardName is the name that IANA gives to a suite with these traits, and that OpenSSL also accepts.
func (t traits) standardName() string {
	name := "TLS_" + t.standardExchange() + "_WITH_" + t.standardEncryption()
	switch {
	case t&(macSHA384|encAES256GCM|encARIA256) != 0:
		return name + "_SHA384"
	case t&(macSHA256|encAES128GCM|encARIA128|encChaCha20) != 0:
		return name + "_SHA256"
	case t&macSHA1 != 0:
		return name + "_SHA"
	case t&macMD5 != 0:
		return name + "_MD5"
	default: // CCM
		return name
	}
}

func (t traits) standardExchange() string {
	switch t & groupKeyExchange {
	case kxRSA:
		return "RSA"
	case kxPSK:
		return "PSK"
	case kxRSAPSK:
		return "RSA_PSK"
	case kxECDHEPSK:
		return "ECDHE_PSK"
	case kxDHEPSK:
		if t&encAESCCM8 != 0 {
			return "PSK_DHE" // RFC 6655 turned it round for these two only
		}
		return "DHE_PSK"
	case kxSRP:
		return "SRP_SHA" + t.authentication("")
	case kxDHE:
		return "DH" + t.authentication("E")
	default:
		return "ECDH" + t.authentication("E")
	}
}

// authentication is that part of a standard name, after what stands before it unless it is anonymous.
func (t traits) authentication(before string) string {
	switch t & groupAuthentication {
	case auRSA:
		return before + "_RSA"
	case auDSS:
		return before + "_DSS"
	case auECDSA:
		return before + "_ECDSA"
	case auNULL:
		return "_anon"
	default:
		return before
	}
}

func (t traits) standardEncryption() string {
	size := "_256"
	if t.bits() == 128 {
		size = "_128"
	}
	switch {
	case t&encNULL != 0:
		return "NULL"
	case t&encChaCha20 != 0:
		return "CHACHA20_POLY1305"
	case t&encARIA != 0:
		return "ARIA" + size + "_GCM"
	case t&encCamellia != 0:
		return "CAMELLIA" + size + "_CBC"
	case t&encAESGCM != 0:
		return "AES" + size + "_GCM"
	case t&encAESCCM8 != 0:
		return "AES" + size + "_CCM_8"
	case t&encAESCCM != 0:
		return "AES" + size + "_CCM"
	default:
		return "AES" + size + "_CBC"
	}
}
