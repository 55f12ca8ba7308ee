from django.db import migrations

# What the database is (a sandbox or not) never changes, and only a sandbox's clock may move, forward.
GUARDS = """
CREATE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME;
END $$;
CREATE FUNCTION kernel_guard_installation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.is_sandbox IS DISTINCT FROM OLD.is_sandbox
       OR NEW.keys_fingerprint IS DISTINCT FROM OLD.keys_fingerprint THEN
        RAISE EXCEPTION 'the nature of an installation is written once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kernel_installation_guard BEFORE UPDATE OR DELETE ON kernel_installation
    FOR EACH ROW EXECUTE FUNCTION kernel_guard_installation();
CREATE FUNCTION kernel_guard_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.offset_us <> 0 AND NOT EXISTS (SELECT 1 FROM kernel_installation WHERE is_sandbox) THEN
        RAISE EXCEPTION 'only the clock of a sandbox can be moved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kernel_clock_guard BEFORE INSERT OR UPDATE ON kernel_clock
    FOR EACH ROW EXECUTE FUNCTION kernel_guard_clock();
"""
UNDO = """
DROP TRIGGER kernel_clock_guard ON kernel_clock;
DROP FUNCTION kernel_guard_clock();
DROP TRIGGER kernel_installation_guard ON kernel_installation;
DROP FUNCTION kernel_guard_installation();
DROP FUNCTION kernel_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]
