$VMATLAS -r processes -f openmetrics -R $FIXTURES/recordings/nobody.rec | sed 's/^\(vmatlas_report_elapsed_seconds{.*}\) .*/\1 0/'
