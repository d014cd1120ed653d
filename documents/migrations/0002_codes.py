"""The code tables that the product ships: the 42 main customs districts and the two payment modes (DOMAIN 4)."""

from django.db import migrations

DISTRICTS = """
0100 北京关区  0200 天津海关  0400 石家庄关区  0500 太原关区  0600 满洲里关区  0700 呼和浩特关区  0800 沈阳关区  0900 大连海关
1500 长春关区  1900 哈尔滨关区  2200 上海海关  2300 南京海关  2900 杭州关区  3100 宁波关区  3300 合肥海关  3500 福州关区
3700 厦门关区  4000 南昌关区  4200 青岛海关  4300 济南海关  4600 郑州关区  4700 武汉海关  4900 长沙关区  5100 广州海关
5200 黄埔关区  5300 深圳海关  5700 拱北关区  6000 汕头海关  6400 海口关区  6700 湛江关区  6800 江门关区  7200 南宁关区
7900 成都关区  8000 重庆关区  8300 贵阳海关  8600 昆明关区  8800 拉萨海关  9000 西安关区  9400 乌鲁木齐关区  9500 兰州关区
9600 银川海关  9700 西宁关区
"""
PAYMENT_MODES = [("1", "柜台支付", "Over the counter"), ("2", "电子支付", "Electronic payment")]


def fill(apps, _schema_editor):
    words = DISTRICTS.split()
    district = apps.get_model("documents", "CustomsDistrict")
    district.objects.bulk_create(
        district(code=code, name=name) for code, name in zip(words[::2], words[1::2], strict=True)
    )
    mode = apps.get_model("documents", "PaymentMode")
    mode.objects.bulk_create(mode(code=code, name=name, english_name=english) for code, name, english in PAYMENT_MODES)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
