"""Invented land (虚构示例数据) for four real counties, calibrated to the figures approved for them."""
