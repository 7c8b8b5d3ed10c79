$VMATLAS -r fitness --below 99999999999T 1
