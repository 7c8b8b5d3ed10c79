$VMATLAS -r regions --full -f openmetrics -R $FIXTURES/recordings/odd-maps.rec | sed 's/^\(vmatlas_report_elapsed_seconds{.*}\) .*/\1 0/' | grep -e rss_bytes -e report_ -e EOF
