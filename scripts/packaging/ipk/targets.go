package main

// architectures are OpenWrt's names, by the target of the Go compiler that runs on them: GOARCH, and behind a dash
// GOARM, GOMIPS or GO386.
func architectures() map[string][]string {
	return map[string][]string{
		"arm64": {"aarch64_cortex-a53", "aarch64_cortex-a72", "aarch64_cortex-a76", "aarch64_generic"},
		"arm-7": {
			"arm_cortex-a5_vfpv4", "arm_cortex-a7_neon-vfpv4", "arm_cortex-a8_vfpv3", "arm_cortex-a9_neon",
			"arm_cortex-a9_vfpv3-d16", "arm_cortex-a15_neon-vfpv4",
		},
		"arm-6":            {"arm_arm1176jzf-s_vfp"},
		"arm-5":            {"arm_arm926ej-s", "arm_cortex-a7", "arm_cortex-a9", "arm_fa526", "arm_xscale"},
		"mipsle-softfloat": {"mipsel_24kc", "mipsel_74kc", "mipsel_mips32"},
		"mips-softfloat":   {"mips_24kc", "mips_4kec", "mips_mips32"},
		"386-softfloat":    {"i386_pentium4", "i386_pentium-mmx"},
		"amd64":            {"x86_64"},
		"riscv64":          {"riscv64_generic"},
	}
}
