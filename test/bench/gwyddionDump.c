/*
 * Opens a file as Gwyddion does and prints what it sees of each image: number, columns, rows, frame, units, title as the
 * last words of the line; the values go to FOLDER/<number>.f64, and those of a mask to FOLDER/<number>.mask.
 *
 *   dump FILE FOLDER
 *
 * Written for this project; links against Gwyddion, copies nothing of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <gtk/gtk.h>
#include <libgwyddion/gwyddion.h>
#include <libprocess/gwyprocess.h>
#include <libgwymodule/gwymodule.h>
#include <app/gwyapp.h>

static void write_values(GwyDataField *field, const char *folder, int id, const char *ending)
{
    gchar *name = g_strdup_printf("%s/%d.%s", folder, id, ending);
    FILE *out = fopen(name, "wb");
    size_t count = (size_t)gwy_data_field_get_xres(field) * gwy_data_field_get_yres(field);
    if (!out || fwrite(gwy_data_field_get_data_const(field), sizeof(double), count, out) != count)
        exit(1);
    fclose(out);
    g_free(name);
}

int main(int argc, char **argv)
{
    gtk_init(&argc, &argv);
    if (argc != 3) {
        fprintf(stderr, "usage: dump FILE FOLDER\n");
        return 2;
    }
    gwy_widgets_type_init();
    gwy_undo_set_enabled(FALSE);
    gchar **folders = gwy_app_settings_get_module_dirs();
    gwy_module_register_modules((const gchar**)folders);
    g_strfreev(folders);
    GError *error = NULL;
    GwyContainer *file = gwy_file_load(argv[1], GWY_RUN_NONINTERACTIVE, &error);
    if (!file) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    gwy_app_data_browser_add(file);
    gint *ids = gwy_app_data_browser_get_data_ids(file);
    for (gint i = 0; ids[i] >= 0; i++) {
        GQuark key = gwy_app_get_data_key_for_id(ids[i]);
        GwyDataField *field = gwy_container_get_object(file, key);
        gchar *xy = gwy_si_unit_get_string(gwy_data_field_get_si_unit_xy(field), GWY_SI_UNIT_FORMAT_PLAIN);
        gchar *z = gwy_si_unit_get_string(gwy_data_field_get_si_unit_z(field), GWY_SI_UNIT_FORMAT_PLAIN);
        gchar *title = gwy_app_get_data_field_title(file, ids[i]);
        GObject *mask = NULL;
        gchar *maskKey = g_strdup_printf("/%d/mask", ids[i]);
        gboolean masked = gwy_container_gis_object_by_name(file, maskKey, &mask);
        printf("%d\t%d\t%d\t%.17g\t%.17g\t%s\t%s\t%d\t%s\n", ids[i],
               gwy_data_field_get_xres(field), gwy_data_field_get_yres(field),
               gwy_data_field_get_xreal(field), gwy_data_field_get_yreal(field),
               xy, z, masked ? 1 : 0, title);
        write_values(field, argv[2], ids[i], "f64");
        if (masked)
            write_values(GWY_DATA_FIELD(mask), argv[2], ids[i], "mask");
    }
    return 0;
}
