"""Every figure of QUALITY that is measured by one machine in one run: `make bench`."""

from benchmarks import pages, prints
from benchmarks.report import show

show([*pages.rows(), *prints.rows()])
