package cli

import (
	"go/build"
	"path"
	"slices"
	"strings"
	"testing"
)

// layers says what each package may import of this module and of rapid, tests
// aside.
func layers() map[string]string {
	rules := "model/errno model/design"
	framework := "model model/errno"
	return map[string]string{
		"model/errno":                "",
		"model/design":               "",
		"model/page":                 "",
		"model/pvmmu":                rules + " model/page",
		"model/evtchn":               "model/errno",
		"model/grant":                "model/errno model/page",
		"model/grant/gnttab":         "model/errno model/grant model/page",
		"model/grant/handover":       "model/errno model/grant model/grant/gnttab model/page",
		"model/runstate":             "model/errno",
		"model":                      rules,
		"model/page/pool":            framework + " model/page",
		"model/pvmmu/ledger":         "model/errno model/page model/pvmmu",
		"model/pvmmu/mmops":          framework + " model/page model/page/pool model/pvmmu model/pvmmu/ledger",
		"model/evtchn/ledger":        "model/evtchn",
		"model/evtchn/evops":         framework + " model/design model/evtchn model/evtchn/ledger",
		"model/grant/gntview":        "model/grant model/page",
		"model/grant/ledger":         "model/errno model/grant model/grant/gntview",
		"model/grant/gntops":         framework + " model/design model/page model/page/pool model/grant model/grant/gnttab model/grant/handover model/grant/ledger model/grant/gntdesign model/grant/gntview",
		"model/grant/gntdesign":      "model/design model/grant",
		"model/iommu":                "model/page",
		"model/iommu/vtd":            "model/errno model/iommu model/page",
		"model/iommu/ledger":         "model/errno model/iommu",
		"model/iommu/iomops":         framework + " model/design model/page model/page/pool model/iommu model/iommu/ledger model/iommu/vtd",
		"invariants":                 framework,
		"invariants/pvmmu":           framework + " invariants model/page model/page/pool model/pvmmu model/pvmmu/ledger model/pvmmu/mmops",
		"invariants/evtchn":          framework + " invariants model/evtchn model/evtchn/evops model/evtchn/ledger",
		"invariants/grant":           framework + " invariants model/page model/page/pool model/grant model/grant/gnttab model/grant/gntops model/grant/gntview model/grant/ledger",
		"invariants/iommu":           framework + " invariants model/page model/page/pool model/iommu model/iommu/iomops model/iommu/ledger",
		"model/runstate/rsview":      "model/runstate",
		"model/runstate/ledger":      "model/runstate model/runstate/rsview",
		"model/runstate/rsops":       framework + " model/design model/runstate model/runstate/ledger model/runstate/rsview",
		"invariants/runstate":        framework + " invariants model/runstate model/runstate/ledger model/runstate/rsops model/runstate/rsview",
		"inorder":                    "",
		"checker":                    "checker/store inorder",
		"checker/store":              "",
		"scenarios":                  framework + " checker invariants",
		"scenarios/pvmmu":            framework + " invariants/pvmmu scenarios model/page model/page/pool model/pvmmu model/pvmmu/mmops",
		"scenarios/evtchn":           framework + " invariants/evtchn scenarios model/evtchn model/evtchn/evops",
		"scenarios/grant":            framework + " invariants/grant scenarios model/page model/page/pool model/grant model/grant/gnttab model/grant/gntops",
		"scenarios/iommu":            framework + " invariants/iommu scenarios model/page model/page/pool model/iommu model/iommu/iomops",
		"scenarios/runstate":         framework + " invariants/runstate scenarios model/runstate model/runstate/rsops model/runstate/rsview",
		"areas":                      "scenarios scenarios/pvmmu scenarios/evtchn scenarios/grant scenarios/iommu scenarios/runstate",
		"areas/toyarea":              rules + " model invariants scenarios",
		"counterexamples":            framework + " checker files invariants scenarios",
		"conform":                    framework + " counterexamples inorder scenarios",
		"conform/pvmmu":              framework + " conform model/page model/page/pool model/pvmmu model/pvmmu/mmops",
		"conform/evtchn":             framework + " conform model/evtchn model/evtchn/evops",
		"conform/grant":              framework + " conform model/grant model/grant/gntops model/page model/page/pool",
		"conform/iommu":              framework + " conform model/iommu model/iommu/iomops model/page model/page/pool",
		"conform/views":              "conform conform/evtchn conform/grant conform/iommu conform/pvmmu conform/runstate",
		"conform/runstate":           framework + " conform model/runstate model/runstate/rsops",
		"conform/plays":              "conform counterexamples gen model scenarios",
		"conform/broken":             "conform conform/plays counterexamples model scenarios",
		"conform/kvm":                "conform/kvm/drive conform/kvm/race conform/kvm/vmm conform/vm conform/vm/channel conform/ways",
		"conform/kvm/abi":            "model/errno",
		"conform/kvm/broken":         "conform/broken conform/kvm conform/kvm/race conform/ways",
		"conform/kvm/drive":          framework + " conform conform/kvm/abi conform/runstate conform/ways model/runstate model/runstate/rsops",
		"conform/kvm/race":           "conform/kvm/abi model/errno model/runstate",
		"conform/kvm/vmm":            "conform/kvm/abi conform/kvm/drive conform/kvm/race conform/vm/first conform/ways model/errno",
		"conform/vm":                 "conform conform/vm/channel conform/vm/first",
		"conform/vm/channel":         "conform",
		"conform/vm/first":           "conform/vm/channel",
		"conform/ways":               "conform conform/vm conform/vm/channel model",
		"conform/xen":                "conform/vm conform/ways conform/xen/dom0 conform/xen/drive",
		"conform/xen/abi":            "model/errno",
		"conform/xen/broken":         "conform/broken",
		"conform/xen/dom0":           "conform/vm/channel conform/vm/first conform/ways conform/xen/abi conform/xen/drive conform/xen/drive/gntdrive conform/xen/drive/iodrive conform/xen/drive/rsdrive conform/xen/subject",
		"conform/xen/drive":          framework + " conform conform/evtchn conform/pvmmu conform/ways conform/xen/abi conform/xen/subject model/evtchn model/evtchn/evops model/page model/page/pool model/pvmmu model/pvmmu/mmops",
		"conform/xen/drive/gntdrive": framework + " conform conform/grant conform/xen/abi conform/xen/drive conform/xen/subject model/grant model/grant/gntops model/grant/gnttab model/page model/page/pool",
		"conform/xen/drive/iodrive":  framework + " conform conform/iommu conform/xen/abi conform/xen/drive conform/xen/subject model/iommu model/iommu/iomops model/page model/page/pool",
		"conform/xen/drive/rsdrive":  framework + " conform conform/runstate conform/ways conform/xen/abi conform/xen/drive conform/xen/subject model/runstate model/runstate/rsops model/runstate/rsview",
		"conform/xen/subject":        "conform/xen/abi model/errno",
		"gen":                        "checker counterexamples invariants model scenarios pgregory.net/rapid",
		"phrase":                     "",
		"files":                      "",
		"judge":                      framework + " model/design phrase checker invariants scenarios counterexamples gen",
		"teeth/mutate":               "",
		"teeth/places":               "",
		"teeth":                      framework + " model/design phrase checker files judge scenarios teeth/mutate teeth/places",
		"report":                     framework + " model/design phrase checker scenarios conform conform/broken conform/ways counterexamples judge teeth",
		"topic":                      framework + " model/design phrase invariants scenarios counterexamples gen judge report",
		"pages":                      framework + " model/design phrase checker invariants scenarios counterexamples judge report topic",
		"cli":                        "areas checker conform conform/broken conform/kvm conform/kvm/broken conform/kvm/drive conform/kvm/vmm conform/plays conform/views conform/vm conform/ways conform/xen conform/xen/broken conform/xen/dom0 conform/xen/drive counterexamples files gen judge model model/design pages phrase report scenarios topic teeth",
		"cmd/hvcheck":                "cli",
	}
}

// Layers point one way.
func TestLayers(t *testing.T) {
	for pkg, allowed := range layers() {
		p, err := build.ImportDir("../"+pkg, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range p.Imports {
			inner, ours := strings.CutPrefix(path, "hvcheck/")
			if ours || strings.HasPrefix(path, "pgregory.net/") {
				if !slices.Contains(strings.Fields(allowed), inner) {
					t.Errorf("%s must not import %s", pkg, path)
				}
			}
		}
	}
}

// Every package has its place among the layers, but for those that only tests
// import, and for examples.
func TestEveryPackageHasALayer(t *testing.T) {
	for _, s := range sources(t) {
		pkg := path.Dir(s.path)
		if _, ok := layers()[pkg]; !ok && !strings.HasSuffix(pkg, "test") && !strings.HasPrefix(pkg, "examples/") {
			t.Errorf("%s has no place: which packages may it import?", s.path)
		}
	}
}
