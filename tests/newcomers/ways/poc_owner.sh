# Somebody who has to show whether it pays, with people's ratings and the starter.
xl-vqa workbook new kpi -o kpi.xlsx
xl-vqa workbook new label -o label.xlsx
xl-vqa labels prepare ratings.csv -o manifest.csv --report labels.html
xl-vqa score clips/ -o scores.json
xl-vqa evaluate scores.json -m manifest.csv -o report.html
#> types the clips and people's scores into the log
xl-vqa workbook update kpi.xlsx
xl-vqa report kpi.xlsx -o report.pdf
