# Somebody with a DataFrame of videos.
python -c "import pandas, xl_vqa; xl_vqa.rate_frame(pandas.read_csv('list.csv')).to_csv('rated.csv', index=False)"
python -c "import pandas; assert pandas.read_csv('rated.csv').vqa_mos.between(1, 5).all()"
xl-vqa labels prepare ratings.csv -o manifest.csv
xl-vqa score --from list.csv -o scores.json
xl-vqa evaluate scores.json -m manifest.csv -o report.html
