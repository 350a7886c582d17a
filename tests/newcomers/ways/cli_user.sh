# Somebody with a folder of clips and a terminal.
xl-vqa doctor
xl-vqa check-videos clips/
xl-vqa score clips/
xl-vqa score clips/ -o scores.xlsx
xl-vqa score clips/ --json -q > scores.json
xl-vqa inspect clips/shopa.mp4 --sheet frames.png
xl-vqa why clips/shopa.mp4 -o why.html
