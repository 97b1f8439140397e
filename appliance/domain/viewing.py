"""What can be looked at and which data a look can show: the words of the access log 查看记录 (domain §7.3)."""

from appliance.errors import N_

ACT_NAMES: dict[str, str] = {
    "case": N_("打开办件"),
    "numbers": N_("查看完整号码"),
    "list": N_("办件列表"),
    "calls": N_("电话通知名单"),
    "scan": N_("查看材料"),
    "tray": N_("查看托盘扫描件"),
    "paper": N_("查看文书"),
    "licence": N_("免提交查证照"),
    "renewals": N_("续期提醒"),
    "request": N_("查看市平台请求"),
    "complaint": N_("查看投诉"),
    "personal_data": N_("查看个人信息请求"),
    "export": N_("命令行导出"),
    "access": N_("查阅查看记录"),
}
FIELD_NAMES: dict[str, str] = {
    "name": N_("姓名"),
    "id_number": N_("证件号码"),
    "phone": N_("电话"),
    "address": N_("地址"),
    "form": N_("申请内容"),
    "scan": N_("扫描件"),
    "paper": N_("文书"),
    "all": N_("全部内容"),
}
