$VMATLAS -r regions -f openmetrics -R $FIXTURES/recordings/family.rec 100 101 | sed 's/^\(vmatlas_report_elapsed_seconds{.*}\) .*/\1 0/' | grep -v _bytes
