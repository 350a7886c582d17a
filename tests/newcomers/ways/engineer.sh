# Somebody who teaches a model the company's standard, on a CPU with the starter.
xl-vqa labels prepare ratings.csv -o manifest.csv --report labels.html
xl-vqa train ours.yaml --new starter
xl-vqa train ours.yaml --check
xl-vqa train ours.yaml --set epochs=1
xl-vqa models add models/ours --activate
xl-vqa score clips/ -o own.json -q
xl-vqa evaluate own.json -m manifest.csv -o report.html
xl-vqa models list
