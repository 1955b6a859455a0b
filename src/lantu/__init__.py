"""Lantu 蓝图: 国土空间规划"一张图"实施监督. Is the land still as approved?"""

__version__ = "0.1.0"
