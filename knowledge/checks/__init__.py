"""`qixi knowledge check`: what is missing, impossible, said twice, one-sided, manipulative, private or out of date."""
