# Somebody who teaches a model the company's standard, on a CPU with the starter.
xl-vqa labels prepare ratings.csv -o manifest.csv
xl-vqa train ours.yaml --new starter
xl-vqa train ours.yaml --check
xl-vqa train ours.yaml --set epochs=1
xl-vqa models add models/ours --name ours --activate
xl-vqa models show ours
xl-vqa score clips/ -o own.csv -q
