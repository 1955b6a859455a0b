"""What reports share: a page that asks nothing from outside, in two languages, and maps as SVG."""
