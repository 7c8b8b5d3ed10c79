$VMATLAS -r zones -f openmetrics -n 3 -R $FIXTURES/recordings/changes.rec | sed 's/^\(vmatlas_report_elapsed_seconds{.*}\) .*/\1 0/' | grep -e free_pages -e report_time -e EOF
