"""Builders of the template workbooks: score sheet, labelling workbook, KPI tracker; one file per sheet."""
