"""The words by which invented data are told from real ones, wherever they go."""

INVENTED = "虚构示例数据"
INVENTED_EN = "invented sample data"
