import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("privacy", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="subjectrequest",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.contact",
                verbose_name="联系人",
            ),
        ),
    ]
