"""What leaves a quality check: findings as JSON, GeoJSON, GeoPackage and workbook; HTML and PDF reports."""
