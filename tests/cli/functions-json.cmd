# Whether names are readable depends on the build.
"$VMATLAS" -R $FIXTURES/recordings/functions.rec -r functions -p 42 -f json | sed -e 's/"elapsed_ms":[0-9.]*/"elapsed_ms":0/' -e 's/,"symbol_demangled":[^}]*//'
