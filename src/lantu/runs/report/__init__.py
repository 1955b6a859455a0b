"""The monitoring report 国土空间规划实施监测报告: one self-contained page from the latest measuring run."""
