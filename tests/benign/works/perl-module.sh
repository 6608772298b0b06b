# SPDX-License-Identifier: Apache-2.0
# A Perl module by MakeMaker: perl Makefile.PL, make, make test, make install.
# needs: perl make
set -euo pipefail
mkdir -p lib t
cat >Makefile.PL <<'END'
use ExtUtils::MakeMaker;
WriteMakefile(NAME => 'Sums', VERSION_FROM => 'lib/Sums.pm', PREREQ_PM => {'Test::More' => 0}, EXE_FILES => ['bin/sums']);
END
mkdir bin
printf '#!/usr/bin/perl\nuse Sums;\nprint Sums::sum(@ARGV), "\\n";\n' >bin/sums
printf 'package Sums;\nour $VERSION = "1.0";\nsub sum { my $s = 0; $s += $_ for @_; $s }\n1;\n__END__\n\n=head1 NAME\n\nSums - adds\n\n=cut\n' >lib/Sums.pm
printf 'use Test::More tests => 2;\nuse_ok "Sums";\nis(Sums::sum(1, 2), 3);\n' >t/sums.t
perl Makefile.PL
make
make test
make install DESTDIR="$PWD/root"
make manifest
make dist
