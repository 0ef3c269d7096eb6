#!/bin/sh
# Print the first Python, of those named or of the usual names, that SeqScope can be set up with;
# where none fits, say why. The newest with TensorFlow comes first, 3.14 has none yet.
wanted='import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 14): sys.exit("Python %d.%d" % sys.version_info[:2])
try: import ensurepip, venv
except ImportError as problem: sys.exit(str(problem))'
test $# -gt 0 || set -- python3.13 python3.12 python3.11 python3.14 python3 python
reasons=""
for python; do
    command -v "$python" >/dev/null || continue
    if reason=$("$python" -c "$wanted" 2>&1); then
        echo "$python"
        exit
    fi
    reasons="$reasons; $python is no use: $(echo "$reason" | head -n 1)"
done
cat >&2 <<EOF
SeqScope needs Python 3.11 to 3.14 with the modules venv and ensurepip (on Debian and Ubuntu the
packages python3 and python3-venv). Looked for $*$reasons.
To name another: make PYTHON=/a/path/python3.13
EOF
exit 1
