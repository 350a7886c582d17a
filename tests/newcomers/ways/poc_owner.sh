# Somebody who has to show whether it pays, with people's ratings and the starter.
xl-vqa workbook new kpi -o kpi.xlsx --sample
xl-vqa workbook new label -o label.xlsx
xl-vqa labels prepare ratings.csv -o manifest.csv --report labels.html
xl-vqa score clips/ -o scores.json -q
xl-vqa evaluate scores.json -m manifest.csv --split all -o report.html
xl-vqa report kpi.xlsx -o kpi.html
