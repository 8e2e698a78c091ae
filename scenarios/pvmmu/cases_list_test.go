package pvmmu_test

// cases lists the faults of public reports that the model can express. Their
// stories, with what is right, are in model/pvmmu/mmops/testdata/cases.txt.
var cases = []fault{
	{
		id: "P30", what: "an interrupted destruction sets the pin again (bf656e02d8)",
		file: "model/pvmmu/destroy.go",
		from: "	case errno.EINTR:\n		p.Pinned = true\n	case errno.ERESTART:\n", to: "	case errno.EINTR:\n		p.Pinned = true\n	case errno.ERESTART:\n		p.Pinned = true\n",
		scenario: "mmu.preempt", by: "MM-I1", operation: 2,
	},
	{
		id: "P31", what: "a preempted put stamps the page (e40b0219a8)",
		file: "model/pvmmu/types.go",
		from: "	if wasPartial {\n		c.putPage(m)\n	}\n	return rc\n}\n\n// devalidate", to: "	if rc == errno.ERESTART {\n		stamp(p)\n	}\n	if wasPartial {\n		c.putPage(m)\n	}\n	return rc\n}\n\n// devalidate",
		scenario: "mmu.linear-race", by: "MM-I1 MM-I6", operation: 2,
	},
	{
		id: "P31", what: "a put that is about to be interrupted stamps the page (2c458dfcb5)",
		file: "model/pvmmu/types.go",
		from: "	if last && !audited && !c.sameLevel(m, ptpg) {", to: "	if last {",
		scenario: "mmu.linear-race", by: "MM-I6", operation: 2,
	},
	{
		id: "P32", what: "NEW_BASEPTR keeps the linear view",
		file: "model/pvmmu/mmuext.go",
		from: "	c.loadCR3(v)\n	if old == 0 {", to: "	if old == 0 {",
		scenario: "mmu.linear-view", by: "MM-I16", operation: 3,
	},
	{
		id: "P32", what: "no flush for tables that are only pinned (edcfce5591)",
		file: "model/pvmmu/update.go",
		from: "!c.on(B16) {", to: "!c.on(B16) && (c.page(m).TCount > 2 || c.page(m).TCount > 1 && !c.page(m).Pinned) {",
		scenario: "mmu.linear-view",
	},
	{
		id: "P32", what: "no flush for L3s (bed7e6cad30, for 64-bit guests)",
		file: "model/pvmmu/update.go",
		from: "!c.on(B16) {", to: "!c.on(B16) && t != page.L3 {",
		scenario: "mmu.linear-view", by: "MM-I16", operation: 3,
	},
	{
		id: "P32", what: "destruction keeps the linear view",
		file: "model/pvmmu/destroy.go",
		from: "	c.pauseDomain()\n", to: "",
		scenario: "mmu.linear-view-end", by: "MM-I16", operation: 3,
	},
	{
		id: "P36", what: "a decrease holds no reference of its own (0502e0adae)",
		file: "model/pvmmu/steps.go",
		from: "	if !c.getPage(m) {", to: "	if !c.page(m).Owned {",
		scenario: "mmu.memory-steps", by: "MM-I1", operation: 1,
	},
	{
		id: "P37", what: "an exchange that finds the domain dying is a bug (eedecb3cf0)",
		file: "model/pvmmu/steps.go",
		from: "		c.st.Tot--\n		return false\n", to: "		c.bug(CrashFree)\n		return false\n",
		scenario: "mmu.memory-steps", by: "MM-I7", operation: 2,
	},
	{
		id: "P37", what: "an exchange that finds the domain dying leaves tot_pages",
		file: "model/pvmmu/steps.go",
		from: "		c.st.Tot--\n		return false\n", to: "		return false\n",
		scenario: "mmu.memory-steps", by: "MM-I12", operation: 2,
	},
	{
		id: "P42", what: "a change of RW alone takes the fast path of L2 to L4",
		file: "model/pvmmu/update.go",
		from: "	return c.on(B11)\n", to: "	return true\n",
		scenario: "mmu.flags-tree", by: "MM-I3", operation: 2,
	},
	{
		id: "P45", what: "a general count is checked after the increment (c40bc0576d)",
		file: "model/pvmmu/refs.go",
		from: "	if p.Count == 0 || !p.Owned || c.full(p.Count) {\n		return false\n	}\n	p.Count++\n", to: "	if p.Count == 0 || !p.Owned {\n		return false\n	}\n	if p.Count++; c.full(p.Count - 1) {\n		return false\n	}\n",
		scenario: "mmu.saturated", by: "MM-I1", operation: 2,
	},
	{
		id: "P45", what: "a type count is checked after the increment",
		file: "model/pvmmu/types.go",
		from: "	case c.fullType(p.TCount):\n		return errno.EINVAL\n", to: "	case c.fullType(p.TCount):\n		p.TCount++\n		return errno.EINVAL\n",
		scenario: "mmu.saturated", by: "MM-I2", operation: 3,
	},
	{
		id: "P46", what: "an exchange whose answer cannot be written gives the page back as if it had been stolen (1cf4d2ec0d)",
		file: "model/pvmmu/steps.go",
		from: "	case bad:\n", to: "	case bad:\n		c.giveBack(out)\n",
		scenario: "mmu.memory-steps", by: "MM-I12", operation: 1,
	},
	{
		id: "P48", what: "an L1 audit takes entries that keep an address",
		file: "model/pvmmu/walk.go",
		from: "		} else if c.vulnerable(e) {\n			rc = errno.EINTR\n		}\n		if rc != errno.OK {\n			for", to: "		}\n		if rc != errno.OK {\n			for",
		scenario: "mmu.l1tf-shadow", by: "MM-I24", operation: 1,
	},
	{
		id: "P48", what: "a store takes entries that keep an address",
		file: "model/pvmmu/update.go",
		from: "PSetNone, false); rc != errno.OK {\n			return rc\n		}\n	} else if c.vulnerable(e) {\n		return errno.ERESTART\n	}\n", to: "PSetNone, false); rc != errno.OK {\n			return rc\n		}\n	}\n",
		scenario: "mmu.l1tf-crash", by: "MM-I24", operation: 3,
	},
	{
		id: "P52", what: "a page is the domain's before it is scrubbed (83a784a15b)",
		file: "model/pvmmu/steps.go",
		from: "			c.st.Stash, c.st.StashPart = m+1, part\n", to: "			c.st.Stash, c.st.StashPart = m+1, part\n			c.assign(m)\n			c.page(m).Unscrubbed = true\n			c.st.Tot++\n",
		scenario: "mmu.memory-steps", by: "MM-I20 MM-I23", operation: 4,
	},
	{
		id: "P52", what: "the domain's end forgets the page that is being scrubbed",
		file: "model/pvmmu/destroy.go",
		from: "	c.dropStash()\n", to: "",
		scenario: "mmu.memory-steps", by: "MM-I15", operation: 4,
	},
}
