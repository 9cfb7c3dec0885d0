"""Training of a small encoder that begins as the static model of @kokeshi/model-en-ja."""
